"""Images made to harm whoever looks at them."""
