"""What moves time on one loop: the queue of timers, the pacer that decides, the wall clock."""
