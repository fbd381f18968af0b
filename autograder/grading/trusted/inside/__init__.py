"""What runs in the sandbox, and with it what both sides read: how values cross and which files they see.

The folder is shown to the sandbox as a package of its own, `inside`, so it imports of the course only its own
parts, and those relatively. Its parts by whom they serve:

    start             the script that the sandbox runs; hands over to one of the next two
    student           the student's side of one submission
    nursery           makes student's sides quickly, each confined as if it were new
    confine           giving up what a student must not have
    cells, magics,    running cells: their names, outputs, errors, time;
    jupyter           what notebooks ask of IPython
    talk, operations  answering the trusted side's requests
    frames, errors,   both sides: values as bytes, errors,
    channel, shared,  bytes over a socket, objects of the instructor's classes,
    files,            files that both see,
    pandas_tables     tables
"""
