"""The page that saves files to disk."""
