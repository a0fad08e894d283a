"""The test case, and everything of one test from its set-up to the closing of its loop."""
