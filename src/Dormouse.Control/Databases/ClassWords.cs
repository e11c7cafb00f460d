using Dormouse.Contracts;

namespace Dormouse.Control.Databases;

/// <summary>Classes as requests name them.</summary>
internal static class ClassWords
{
    /// <param name="least">What the request says the database is while little is asked of it.</param>
    /// <param name="most">And what it may become.</param>
    /// <param name="otherwise">What it is where the request says nothing.</param>
    /// <exception cref="DormouseException">DM2033: there is no such class, or the second is smaller than the first.</exception>
    public static AskedClass Read(string? least, string? most, AskedClass otherwise)
    {
        InstanceClass floor = Parse(least) ?? otherwise.Least;
        InstanceClass? ceiling = Parse(most);
        CheckOrder(floor, ceiling);
        // A ceiling that the request did not name gives way to a floor that it did.
        return new AskedClass(floor, ceiling ?? (otherwise.Most < floor ? floor : otherwise.Most));
    }

    /// <exception cref="DormouseException">DM2033: there is no such class.</exception>
    public static InstanceClass? Parse(string? word) =>
        word is null
            ? null
            : InstanceClassWords.Parse(word)
                ?? throw new DormouseException(
                    FailureKind.Caller,
                    "DM2033",
                    $"'{Names.Printable(word)}' is no class of databases. There are {string.Join(", ", InstanceClassWords.All)}."
                );

    /// <exception cref="DormouseException">DM2033.</exception>
    public static void CheckOrder(InstanceClass least, InstanceClass? most)
    {
        if (most < least)
        {
            throw new DormouseException(
                FailureKind.Caller,
                "DM2033",
                $"A database of class {InstanceClassWords.WordOf(least)} cannot have {InstanceClassWords.WordOf(most.Value)} as its largest. "
                    + "Name a class that is as large at least, or a smaller one to begin with."
            );
        }
    }
}
