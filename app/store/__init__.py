"""What is kept, one file per noun: its table and its queries. SQL lives nowhere else."""
