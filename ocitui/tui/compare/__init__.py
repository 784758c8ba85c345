"""The pages that compare: two images, and two versions of a file."""
