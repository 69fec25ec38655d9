"""The console's pages, through a client that keeps cookies and fills in forms as a browser does."""
