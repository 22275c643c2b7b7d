"""The applications of ganetimgr; imports between them go one way."""
