"""The AT drivers, over scripted modems."""
