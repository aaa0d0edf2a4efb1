"""The OpenID provider. Lifetimes of tokens and sessions run on real time, on every installation:
they are compared with the clocks of other people's programs.
"""
