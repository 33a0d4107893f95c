"""Training and evaluation: from a folder of labelled posts to the shipped artefacts."""
