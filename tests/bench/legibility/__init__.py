"""Pages with known content, made by the project, and what is measured of them as received."""
