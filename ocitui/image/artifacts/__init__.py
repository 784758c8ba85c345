"""The insides of artifacts: the headers of models, the sections of WebAssembly, the files of a chart.

Each is read from its beginning, and no further than `READ_LIMIT`: of a model of gigabytes the
weights are never read. `describe` tells what was found.
"""
