"""PAR INDEX and SIPAS."""
