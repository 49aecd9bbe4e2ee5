//! Names and coordinates of axes that HDF5 attributes give (dantro, Utopia).
