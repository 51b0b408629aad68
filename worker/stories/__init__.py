"""Stories in the watch: new articles join them, their documents are written, commands and the desk read them."""
