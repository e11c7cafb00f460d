namespace Dormouse.Edge.Caching;

/// <summary>
/// The tenants by what they take, the largest first. Whoever takes most gives when memory is short: so a tenant that takes no more than
/// its equal share loses nothing to the others, whatever they do. Under the cache's lock.
/// </summary>
internal sealed class TenantHeap
{
    private readonly List<Place> places = [];

    public long Bytes { get; private set; }

    public CacheTenant? Largest => places.Count == 0 ? null : places[0].Tenant;

    /// <summary>To be told after each change of what a tenant takes.</summary>
    public void Update(CacheTenant tenant)
    {
        if (tenant.HeapIndex < 0)
        {
            tenant.HeapIndex = places.Count;
            places.Add(new Place(tenant, 0));
        }
        int index = tenant.HeapIndex;
        long bytes = tenant.Bytes;
        Bytes += bytes - places[index].Bytes;
        places[index] = new Place(tenant, bytes);
        Sink(Rise(index));
    }

    public void Remove(CacheTenant tenant)
    {
        int index = tenant.HeapIndex;
        if (index < 0)
        {
            return;
        }
        Bytes -= places[index].Bytes;
        int last = places.Count - 1;
        if (index != last)
        {
            Swap(index, last);
        }
        places.RemoveAt(last);
        tenant.HeapIndex = -1;
        if (index != last)
        {
            Sink(Rise(index));
        }
    }

    private int Rise(int index)
    {
        while (index > 0 && places[index].Bytes > places[(index - 1) / 2].Bytes)
        {
            Swap(index, (index - 1) / 2);
            index = (index - 1) / 2;
        }
        return index;
    }

    private void Sink(int index)
    {
        while (true)
        {
            int larger = (2 * index) + 1;
            if (larger + 1 < places.Count && places[larger + 1].Bytes > places[larger].Bytes)
            {
                larger++;
            }
            if (larger >= places.Count || places[larger].Bytes <= places[index].Bytes)
            {
                return;
            }
            Swap(index, larger);
            index = larger;
        }
    }

    private void Swap(int one, int other)
    {
        (places[one], places[other]) = (places[other], places[one]);
        places[one].Tenant.HeapIndex = one;
        places[other].Tenant.HeapIndex = other;
    }

    private readonly record struct Place(CacheTenant Tenant, long Bytes);
}
