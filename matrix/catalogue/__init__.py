"""What exists: releases with their locks, companion packages, Keras versions, their APIs."""
