"""How good the engines are on text of our own, with thresholds below which they are worse."""
