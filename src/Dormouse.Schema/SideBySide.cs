namespace Dormouse.Schema;

/// <summary>Work in parts that know nothing of each other, each on a core of its own where one is free.</summary>
internal static class SideBySide
{
    public static void For(int parts, Action<int> work)
    {
        if (parts == 1)
        {
            work(0);
        }
        else
        {
            Parallel.For(0, parts, work);
        }
    }
}
