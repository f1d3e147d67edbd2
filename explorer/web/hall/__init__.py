"""The hall in the browser: the phones' page, the speaker's window, and the addresses that both of them ask."""
