"""What is told to users: findings, places in their code, where tasks wait, names of things."""
