using System.Numerics;

namespace Temoto.Grammars.Json;

/// <summary>How far an object has come.</summary>
/// <param name="IsFirst">Nothing has come, not even its brace.</param>
/// <param name="Done">The named members that cannot come any more, a bit for each.</param>
/// <param name="Count">Members so far, where they are counted.</param>
/// <param name="HasOther">A member that the schema does not name is among them; where it matters.</param>
/// <param name="Presents">Presences so far, a bit for each.</param>
internal readonly record struct ObjectState(bool IsFirst, BigInteger Done, int Count, bool HasOther, int Presents)
{
    public static readonly ObjectState First = new(true, BigInteger.Zero, 0, false, 0);

    public bool IsDone(int member) => !(Done >> member).IsEven;

    /// <param name="before">The members before it are done with, too.</param>
    public ObjectState WithDone(int member, bool before) => this with { Done = before ? (BigInteger.One << member + 1) - 1 : Done | BigInteger.One << member };
}
