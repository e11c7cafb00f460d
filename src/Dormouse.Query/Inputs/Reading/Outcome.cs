using Dormouse.Query.Inputs.Faults;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>What came of reading a value for a type: the value, or why it does not fit.</summary>
internal readonly record struct Outcome(InputValue? Value, Fault? Fault)
{
    public static implicit operator Outcome(InputValue value) => new(value, null);

    public static implicit operator Outcome(Fault fault) => new(null, fault);
}
