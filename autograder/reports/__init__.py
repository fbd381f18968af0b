"""Reports on a graded class: tables, pages, exports. Also the certificate of a learner without a class."""
