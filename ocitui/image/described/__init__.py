"""The words of single files about themselves: programs and libraries, what they were built from, certificates, keys.

Of each only headers and named parts are read, no more than `bounded.READ_LIMIT` in all.
"""
