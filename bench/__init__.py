"""What ``make bench`` measures. Ratios and counts hold on any machine; times are those of the machine it runs on."""
