"""The chat of the Channels tutorial, with a token at the handshake and a row in the database before the broadcast."""
