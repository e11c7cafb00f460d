using Dormouse.Query.Nodes;

namespace Dormouse.Query.Writes.Checks;

/// <summary>What must hold for the records of a step, and what the client is told when it does not.</summary>
internal sealed record Expectation(Count Expected, WriteFailure Failure)
{
    public static Expectation Some(WriteFailure failure) => new(Count.NotZero, failure);

    public static Expectation None(WriteFailure failure) => new(Count.Zero, failure);

    public static Expectation Exactly(Count expected, WriteFailure failure) => new(expected, failure);
}
