"""The laboratory: experiments on real nets, their recorded runs, and what the page may claim of them."""
