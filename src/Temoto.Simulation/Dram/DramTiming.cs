namespace Temoto.Simulation.Dram;

/// <summary>
/// What a DDR4 memory and its controller keep between commands, in clocks of the controller (half the DDR clock, so BL8 takes two). The field's names: RcdClocks is tRCD;
/// short is to another bank group, long within one.
/// </summary>
/// <param name="ControllerHz">Half the DDR clock, a quarter of the transfers per second.</param>
/// <param name="RcdClocks">Activate to read or write.</param>
/// <param name="RpClocks">Precharge to activate.</param>
/// <param name="RasClocks">Activate to precharge.</param>
/// <param name="RcClocks">Activate to activate of the same bank.</param>
/// <param name="FawClocks">In which at most four activates fall.</param>
/// <param name="RrdShortClocks">Activate to activate of another bank.</param>
/// <param name="CcdShortClocks">Column command to column command.</param>
/// <param name="ReadLatencyClocks">Read to its first data.</param>
/// <param name="WriteLatencyClocks">Write to its first data.</param>
/// <param name="RfcClocks">Refresh of all banks to activate.</param>
/// <param name="RefiClocks">Between refreshes.</param>
internal sealed record DramTiming(
    string Name,
    long ControllerHz,
    int RcdClocks,
    int RpClocks,
    int RasClocks,
    int RcClocks,
    int FawClocks,
    int RrdShortClocks,
    int RrdLongClocks,
    int CcdShortClocks,
    int CcdLongClocks,
    int ReadLatencyClocks,
    int WriteLatencyClocks,
    int WriteToReadShortClocks,
    int WriteToReadLongClocks,
    int ReadToWriteClocks,
    int ReadToPrechargeClocks,
    int WriteToPrechargeClocks,
    int RfcClocks,
    int RefiClocks)
{
    /// <summary>Bytes of a column command: 64 data pins times BL8.</summary>
    public const int ColumnBytes = 64;

    /// <summary>Clocks that the data of a column command is on the bus: eight transfers, four a clock.</summary>
    public const int BurstClocks = 2;

    /// <summary>Register values of a KV260 project's psu_init, whose DDR clock comes out at 1066.7 MHz: four x16 8 Gb DDR4-2400R devices, one rank of 64 bits.</summary>
    public static DramTiming Ddr4At2133 { get; } = new(
        "DDR4-2133",
        ControllerHz: 533_333_333,
        RcdClocks: 8,
        RpClocks: 9,
        RasClocks: 18,
        RcClocks: 26,
        FawClocks: 16,
        RrdShortClocks: 3,
        RrdLongClocks: 4,
        CcdShortClocks: 2,
        CcdLongClocks: 3,
        ReadLatencyClocks: 8,
        WriteLatencyClocks: 7,
        WriteToReadShortClocks: 11,
        WriteToReadLongClocks: 13,
        ReadToWriteClocks: 6,
        ReadToPrechargeClocks: 4,
        WriteToPrechargeClocks: 17,
        RfcClocks: 187,
        RefiClocks: 129 * 32);

    /// <summary>
    /// The same devices at 1200 MHz, computed from their nanoseconds, rounded up: 16-16-16, tRAS 32, tRC 47.06, tFAW 30, tRRD 5.3 and 6.4, tCCD_L 5, tRTP 7.5, tWR 15, tWTR 2.5 and 7.5,
    /// tRFC 350, tREFI 7800. CWL is 16, of the set of which the registers above take 14; write to read is CWL + 4 + tWTR, write to precharge CWL + 4 + tWR; read to write is kept.
    /// </summary>
    public static DramTiming Ddr4At2400 { get; } = new(
        "DDR4-2400",
        ControllerHz: 600_000_000,
        RcdClocks: 8,
        RpClocks: 8,
        RasClocks: 20,
        RcClocks: 29,
        FawClocks: 18,
        RrdShortClocks: 4,
        RrdLongClocks: 4,
        CcdShortClocks: 2,
        CcdLongClocks: 3,
        ReadLatencyClocks: 8,
        WriteLatencyClocks: 8,
        WriteToReadShortClocks: 12,
        WriteToReadLongClocks: 15,
        ReadToWriteClocks: 6,
        ReadToPrechargeClocks: 5,
        WriteToPrechargeClocks: 19,
        RfcClocks: 210,
        RefiClocks: 4680);

    /// <summary>What the data pins can carry.</summary>
    public long PeakBytesPerSecond => ControllerHz * ColumnBytes / BurstClocks;

    /// <summary>Share of the clocks that no refresh takes. What closes and opens the rows around a refresh comes on top.</summary>
    public double RefreshCeiling => 1 - (double)RfcClocks / RefiClocks;

    /// <summary>
    /// The most that any order of reads gets: a refresh stands between two reads, the first of which is followed by a precharge of all banks, the second preceded by an activate.
    /// </summary>
    public double ReadCeiling => 1 - (double)(ReadToPrechargeClocks + RpClocks + RfcClocks + RcdClocks - CcdShortClocks) / RefiClocks;

    /// <summary>Clocks that cover a time.</summary>
    public int ClocksFor(int nanoseconds) => checked((int)((nanoseconds * ControllerHz + 999_999_999) / 1_000_000_000));

    /// <summary>Refuses values with which the model's bookkeeping would not hold.</summary>
    public void Check()
    {
        int[] all = [RcdClocks, RpClocks, RasClocks, RcClocks, FawClocks, RrdShortClocks, CcdLongClocks, ReadLatencyClocks, WriteLatencyClocks, ReadToWriteClocks, ReadToPrechargeClocks, RfcClocks];
        if (ControllerHz <= 0 || all.Any(clocks => clocks <= 0))
            throw new ArgumentException($"{Name}: every time of a DRAM is above zero");
        if (CcdShortClocks < BurstClocks || CcdLongClocks < CcdShortClocks || RrdLongClocks < RrdShortClocks || RcClocks < RasClocks)
            throw new ArgumentException($"{Name}: bursts would overlap, or a longer time is under its shorter one");
        if (WriteToReadShortClocks < BurstClocks || WriteToReadLongClocks < WriteToReadShortClocks || ReadToWriteClocks < BurstClocks)
            throw new ArgumentException($"{Name}: reads and writes would overlap");
        if (RefiClocks <= 2 * (RfcClocks + RcClocks + WriteToPrechargeClocks))
            throw new ArgumentException($"{Name}: refreshes leave no time for anything else");
    }
}
