namespace Temoto.Grammars.Json;

/// <summary>Kinds of JSON values; true and false are kinds of their own.</summary>
[Flags]
internal enum ValueKinds
{
    None = 0,
    Null = 1,
    True = 2,
    False = 4,
    Number = 8,
    Text = 16,
    Array = 32,
    Object = 64,
    Boolean = True | False,
    All = Null | Boolean | Number | Text | Array | Object,
}
