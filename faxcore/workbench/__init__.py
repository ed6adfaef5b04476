"""What technicians use on modems and on the records of their calls."""
