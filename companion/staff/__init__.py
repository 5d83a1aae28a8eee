"""The people behind Nuanyu: who they are, who is on duty, what a case is and when it is late."""
