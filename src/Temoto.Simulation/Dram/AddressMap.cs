namespace Temoto.Simulation.Dram;

/// <summary>
/// Which bits of a byte address choose bank group, bank and row; the others choose the column. Two bank groups of four banks, as x16 devices have them.
/// </summary>
/// <param name="GroupBit">One bit: the bank group.</param>
/// <param name="BankBit">The lower of two: the bank of the group.</param>
/// <param name="RowBit">The lowest of the row, which goes up to bit 31.</param>
internal sealed record AddressMap(int GroupBit, int BankBit, int RowBit)
{
    /// <summary>Bank groups.</summary>
    public const int Groups = 2;

    /// <summary>Banks of a group.</summary>
    public const int BanksOfGroup = 4;

    /// <summary>Banks of all groups.</summary>
    public const int Banks = Groups * BanksOfGroup;

    /// <summary>
    /// Register values of a KV260 project's psu_init: [5:3] column, [6] bank group, [13:7] column, [15:14] bank, [31:16] row. The open rows of the two groups hold 16 KiB that lie side by side.
    /// </summary>
    public static AddressMap Kv260 { get; } = new(GroupBit: 6, BankBit: 14, RowBit: 16);

    /// <summary>The bank among all banks, group by group.</summary>
    public int BankOf(uint address) => (int)((address >> GroupBit & 1) * BanksOfGroup + (address >> BankBit & BanksOfGroup - 1));

    /// <summary>The row of the bank.</summary>
    public int RowOf(uint address) => (int)(address >> RowBit);

    /// <summary>The group of a bank.</summary>
    public static int GroupOf(int bank) => bank / BanksOfGroup;
}
