"""The numbers, trees and file lists of dive 0.13.1, reproduced."""
