"""From the files that authors write to the sends that they declare, with every problem at its place."""
