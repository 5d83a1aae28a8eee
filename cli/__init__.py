"""What the commands of `nuanyu` do in a terminal."""
