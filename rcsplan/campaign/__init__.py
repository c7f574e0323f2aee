"""What a send is: its address, its message, its time, its audience, and the digest that tells two of them apart."""
