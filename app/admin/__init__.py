"""The command line, `milieu`: one file per noun."""
