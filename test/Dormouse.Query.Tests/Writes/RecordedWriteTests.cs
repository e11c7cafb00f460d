namespace Dormouse.Query.Tests.Writes;

/// <summary>Writes of all kinds lead to the same answers, the same errors and the same rows as with Prisma's own engine.</summary>
public sealed class RecordedWriteTests
{
    private static readonly Scenarios WithKeys = new("zoo");
    private static readonly Scenarios Emulated = new("zoo-emulated");
    private static readonly Scenarios Types = new("types");

    public static TheoryData<string> NamesWithKeys => [.. WithKeys.Names];

    public static TheoryData<string> NamesEmulated => [.. Emulated.Names];

    public static TheoryData<string> NamesOfTypes => [.. Types.Names];

    [Theory]
    [MemberData(nameof(NamesWithKeys))]
    public Task A_write_does_what_the_engine_does(string scenario) => WithKeys.ReplayAsync(scenario, TestContext.Current.CancellationToken);

    [Theory]
    [MemberData(nameof(NamesEmulated))]
    public Task A_write_without_foreign_keys_does_what_the_engine_does(string scenario) =>
        Emulated.ReplayAsync(scenario, TestContext.Current.CancellationToken);

    [Theory]
    [MemberData(nameof(NamesOfTypes))]
    public Task Values_of_every_type_are_written_as_the_engine_writes_them(string scenario) =>
        Types.ReplayAsync(scenario, TestContext.Current.CancellationToken);
}
