"""What kuzet answers, as data: one function for each question, behind a command of the terminal and a page of the desk.

Nothing here prints. Times are epoch seconds or ISO 8601; `shapes` says what each answer looks like as JSON.
"""
