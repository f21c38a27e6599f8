namespace Temoto.Kernels.Emitted;

/// <summary>
/// Rows of integer weights times two or four tokens of different sequences: for each of them what <see cref="EmittedRows"/> computes of it alone, bit for bit. The code is assembled ahead of time
/// from tools/emit/SequencesSource.cs, which says how it works.
/// </summary>
internal static unsafe class EmittedSequences
{
    private static readonly Lazy<nint> Entry = new(() => ExecutableMemory.Load(nameof(EmittedSequences)));

    /// <summary>
    /// The code, ready to be called. Activations lie as [units, tokens] of what the code for one token reads, outputs as [tokens, rows]. Throws <see cref="System.ComponentModel.Win32Exception"/> where
    /// the system does not let it run.
    /// </summary>
    public static delegate* unmanaged<EmittedRows.Job*, void> Load() => (delegate* unmanaged<EmittedRows.Job*, void>)Entry.Value;
}
