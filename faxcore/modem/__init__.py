"""AT drivers: fax modems spoken to over a port."""
