"""The one error that bad input raises."""


class InputError(Exception):
    """A file or argument cannot be used.

    The message is one plain sentence for the user: it names the file and says what to do.
    The command line prints it on one line and exits with 2; the editor shows it in a box.
    """
