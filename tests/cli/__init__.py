"""The command line, against a Syncline that runs."""
