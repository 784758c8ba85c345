"""The layers that are read for the screen: which come next, what each says, what is known of them since."""
