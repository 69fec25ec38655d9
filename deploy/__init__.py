"""How the platform is run: the command line, the table of processes, servers, proxy, secrets, images."""
