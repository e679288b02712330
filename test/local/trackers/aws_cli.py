"""The AWS CLI for one command after another, in one process: a start of it costs more than all it does for a command.

A line in is a command's arguments; a line out is its [exit code, standard output, standard error].
"""

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper

import awscli.clidriver

cli = awscli.clidriver.create_clidriver()

for line in sys.stdin:
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = cli.main(json.loads(line))
        except SystemExit as exit:
            code = exit.code
    print(json.dumps([code, *(file.buffer.getvalue().decode() for file in (out, err))]), flush=True)
