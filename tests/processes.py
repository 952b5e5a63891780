"""Starting the programs under test."""

import os

#: Put before a command: root may read and write anything, unless it gives that up.
AS_ANYONE = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
