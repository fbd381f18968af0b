"""Everything of ours that a sandbox sees: the program that runs in it, and what both sides share.

The sandbox sees this folder as a package of its own, called `inside`. So it imports nothing else of the
course, and its own modules relatively. The program:

    start             the script that the sandbox runs; it calls one of the next two
    student           the student's side of one submission
    fork_server       makes student's sides quickly, each confined as if it were new
    confine           gives up what a student must not have
    student_cells     runs the student's cells; showing: what their values look like
    jupyter, magics   what notebooks expect of IPython
    serve             answers the trusted side's requests; operations: what it can do with an object

Both sides use these:

    cell_runner         runs a cell as a notebook does
    channel             bytes over a socket
    wire_values         values as bytes; named_kinds, pandas_tables: special kinds of values
    errors              errors as values
    instructor_classes  objects of classes that the instructor's cells define
    traits              what a class can do
    files               files that changed
"""
