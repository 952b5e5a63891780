"""Training the bundled reader: prepare data, teach large readers, distil them into one small reader, calibrate it.

`python -m engines.training --help` lists the steps; they need the extra `[train]`.
"""
