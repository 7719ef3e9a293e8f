"""A simulated FTP server: a real one (pyftpdlib) on a port of this machine, with TLS when asked, and with faults.

- `certificates`  an authority of its own, and certificates that it signs
- `server`        the server, what it was told, and the ways in which it can misbehave
"""

from simulators.ftp.certificates import Authority
from simulators.ftp.server import Faults, FtpServer

__all__ = ["Authority", "Faults", "FtpServer"]
