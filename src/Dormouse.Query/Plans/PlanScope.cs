using Dormouse.Query.Nodes;

namespace Dormouse.Query.Plans;

/// <summary>The let bindings around the place where the compiler reads. Each binding has a slot of its own in a run.</summary>
internal sealed class PlanScope
{
    private readonly List<(string Name, int Slot)> visible = [];

    public int SlotCount { get; private set; }

    public int Depth => visible.Count;

    public int Declare(string name)
    {
        visible.Add((name, SlotCount));
        return SlotCount++;
    }

    public void LeaveTo(int depth) => visible.RemoveRange(depth, visible.Count - depth);

    /// <summary>The innermost binding of a name; a free name means a parameter of the request.</summary>
    public ScopeName Resolve(string name)
    {
        for (var i = visible.Count - 1; i >= 0; i--)
        {
            if (visible[i].Name == name)
            {
                return new ScopeName(name, visible[i].Slot);
            }
        }

        return new ScopeName(name, -1);
    }
}
