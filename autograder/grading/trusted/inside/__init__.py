"""What runs in the sandbox, and with it what both sides read: how values cross and which files they see.

The folder is shown to the sandbox as a package of its own, `inside`, so it imports of the course only its own
parts, and those relatively. Its parts by whom they serve:

    start             the script that the sandbox runs; hands over to one of the next two
    student           the student's side of one submission
    fork_server       makes student's sides quickly, each confined as if it were new
    confine           giving up what a student must not have
    cells, magics,    running cells: their names, outputs, errors, time;
    jupyter           what notebooks ask of IPython
    serve, operations, traits  answering the trusted side's requests

Both sides read these:

    channel             bytes over a socket
    wire_values         values as bytes; named_kinds, pandas_tables: kinds of them
    errors              errors
    instructor_classes  objects of classes that the instructor's cells define
    files               files that both sides see
"""
